"""The demo world: real municipalities, everything else invented, built through the deeds that users use."""
