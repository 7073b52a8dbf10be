"""How course texts become words on a page: Markdown in one room, lengths of time, counts of seats."""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
TAGS = {"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br", "hr", "code", "pre", "table"}
TAGS |= {"thead", "tbody", "tr", "th", "td"}
LONGEST_LEAD = 240


def render_text(text: str) -> SafeString:
    """Markdown in, safe HTML out: no raw HTML, images or scripts; headings begin below the page's own h2."""
    tokens = MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2") else "h4"
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return mark_safe(nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}))


def split_lead(text: str) -> tuple[str, str]:
    """Markdown in, (first paragraph as plain words, the rest) out; no lead when it is a heading, a list or long."""
    first, _sep, rest = text.strip().partition("\n\n")
    plain = re.sub(r"\s+", " ", nh3.clean(MARKDOWN.render(first), tags=set())).strip()
    if not plain or len(plain) > LONGEST_LEAD or re.match(r"\s*([#>*+-]|\d+[.)])", first):
        return "", text
    return unescaped(plain), rest


def unescaped(text: str) -> str:
    """Cleaned text in, the characters themselves out: the template escapes again."""
    for entity, sign in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&nbsp;", "\N{NO-BREAK SPACE}"),
        ("&amp;", "&"),
    ):
        text = text.replace(entity, sign)
    return text


def duration(minutes: int | None) -> str:
    """Minutes in, '30 minutes', '1 hour' or '7.5 hours' out; nothing for none."""
    if not minutes:
        return ""
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60, 1)
    written = str(int(hours)) if hours == int(hours) else str(hours)
    if get_language() == "sv":
        written = written.replace(".", ",")
    return ngettext("%(n)s hour", "%(n)s hours", 1 if hours == 1 else 2) % {"n": written}


def scope_words(days: int, other_minutes: int) -> str:
    """Number of course days and the other minutes in, '2 course days + 4 hours' out."""
    words = [ngettext("%(n)s course day", "%(n)s course days", days) % {"n": days}] if days else []
    return " + ".join([*words, *filter(None, [duration(other_minutes)])])


def seat_words(free: int, waiting: int) -> str:
    """Free seats and people in the queue in, '3 seats left' or 'Full · 2 in queue' out."""
    if free > 0 and not waiting:
        return ngettext("%(n)s seat left", "%(n)s seats left", free) % {"n": free}
    if waiting:
        return ngettext("Full · %(n)s in queue", "Full · %(n)s in queue", waiting) % {"n": waiting}
    return _("Full")


def validity_words(months: int | None) -> str:
    """Months that a passed course is valid in, a sentence for the page out."""
    if not months:
        return _("Valid until further notice")
    if months % 12 == 0:
        return ngettext("Valid for %(n)s year", "Valid for %(n)s years", months // 12) % {"n": months // 12}
    return ngettext("Valid for %(n)s month", "Valid for %(n)s months", months) % {"n": months}
