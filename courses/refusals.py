"""How a deed says no: one exception with sentences for a person."""


class Refused(Exception):
    """A deed did not happen. `sentences` says why, in the reader's language, ready to be shown."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__(" ".join(self.sentences))
