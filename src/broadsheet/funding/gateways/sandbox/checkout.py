"""The hosted checkout page: what a supporter sees at the processor; outcomes are buttons, there is no card field."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup

from broadsheet.funding.gateways.sandbox.errors import Refusal
from broadsheet.funding.gateways.sandbox.messages import Answer, Request
from broadsheet.funding.gateways.sandbox.processor import METHOD_OF, Processor
from broadsheet.funding.gateways.sandbox.store import Row
from broadsheet.funding.gateways.sandbox.words import words_for
from broadsheet.funding.rules.currencies import processor_exponent

STYLE = """\
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { max-inline-size: 30rem; margin: 2rem auto; padding-inline: 1rem; }
.amount { font-size: 2rem; font-weight: 700; }
.notice { border-inline-start: .25rem solid #b45309; padding: .5rem 1rem; }
form { display: grid; gap: .75rem; }
button { font: inherit; padding: .75rem 1rem; border: 2px solid #1d4ed8; border-radius: .375rem;
  background: transparent; color: inherit; cursor: pointer; text-align: start; }
button.first { background: #1d4ed8; color: #fff; font-weight: 600; }
:focus-visible { outline: 3px solid #b45309; outline-offset: 2px; }
"""

PAGE = Markup("""\
<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/checkout.css">
<link rel="icon" href="data:,">
</head>
<body>
<main>
<p>{sandbox}</p>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
""")

BUTTON = Markup('<button name="outcome" value="{}"{}>{}</button>\n')
FORM = Markup('<form method="post">\n{}</form>\n')


class Checkout:
    """Answers requests under /checkout/."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor

    def answer(self, request: Request) -> Answer:
        """The page of a session, or where the supporter goes after a button."""
        ident = request.path.strip("/").split("/")[-1]
        try:
            session = self.processor.session(ident)
        except Refusal:
            words = words_for("en")
            content = Markup("<p>{}</p>").format(words["unknown"])
            return page(404, "en", words["closed"], content, [])
        if request.method == "POST":
            return self._pressed(session, request.form.get("outcome", ""))
        return self._shown(session)

    def _pressed(self, session: Row, outcome: str) -> Answer:
        if outcome == "abandon":
            return Answer(303, headers={"location": session["cancel_url"]})
        if outcome not in ("pay", "decline", "authenticate", "confirm", "fail", "delay"):
            return self._shown(session, status=400)
        try:
            with self.processor.store.transaction():
                payment = self.processor.act(self.processor.session(session["id"]), outcome)
        except Refusal:
            return self._shown(self.processor.session(session["id"]), status=409)
        if payment["state"] in ("succeeded", "processing"):
            return Answer(303, headers={"location": session["success_url"]})
        return Answer(303, headers={"location": f"/checkout/{session['id']}/"})

    def _shown(self, session: Row, status: int = 200) -> Answer:
        words = words_for(session["locale"])
        payment = self.processor.payment_of(session)
        state = payment["state"] if payment else ""
        content = Markup('<p>{}</p><p class="amount"><bdi>{}</bdi></p>\n').format(
            session["description"], shown_amount(session["amount"], session["currency"])
        )
        if session["status"] != "open" or state == "processing":
            done = session["status"] == "complete" or state == "processing"
            link = Markup('<p>{}</p><p><a href="{}">{}</a></p>\n')
            target = session["success_url"] if done else session["cancel_url"]
            said = words["paid"] if done else words["expired"]
            content += link.format(said, target, words["back"])
        elif state == "requires_action":
            content += Markup("<p>{}</p>").format(words["asks"])
            content += FORM.format(buttons(words, "confirm", "fail"))
        else:
            if state == "failed":
                content += Markup('<p class="notice" role="alert">{}</p>').format(words["declined"])
            off = session.get("methods_off", [])
            every = ("pay", "decline", "authenticate", "delay", "abandon")
            offered = [outcome for outcome in every if METHOD_OF.get(outcome) not in off]
            content += FORM.format(buttons(words, *offered))
        targets = [session["success_url"], session["cancel_url"]]
        return page(status, session["locale"], words["title"], content, targets)


def buttons(words: dict[str, str], *outcomes: str) -> Markup:
    """Buttons for these outcomes, the first one marked as the usual one."""
    return Markup("").join(
        BUTTON.format(outcome, Markup(' class="first"') if not at else "", words[outcome])
        for at, outcome in enumerate(outcomes)
    )


def shown_amount(units: int, currency: str) -> str:
    """An amount in the processor's units as text, such as `25.00 USD`."""
    places = processor_exponent(currency)
    whole, rest = divmod(units, 10**places)
    return f"{whole:,}.{rest:0{places}d} {currency}" if places else f"{whole:,} {currency}"


def page(status: int, locale: str, title: str, content: Markup, targets: list[str]) -> Answer:
    """A page under its own policy; forms may lead to us and on to where the session returns to."""
    words = words_for(locale)
    body = PAGE.format(
        lang=words["lang"], dir=words["dir"], title=title, sandbox=words["sandbox"], content=content
    )
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, targets)}
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self' "
    ) + " ".join(sorted(origins))
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Answer(status, str(body).encode(), headers)


def style() -> Answer:
    """The pages' style sheet."""
    headers = {"content-type": "text/css; charset=utf-8", "cache-control": "max-age=3600"}
    return Answer(200, STYLE.encode(), headers)
