"""The edition: all public documents at one moment, with their history. Knows no Django and can be served alone."""

from broadsheet.press.edition.edition import Edition
from broadsheet.press.edition.entry import Entry, Form, Picture, Pressed
from broadsheet.press.edition.following import Followed, Told
from broadsheet.press.edition.proofs import Place, Proofs

__all__ = ["Edition", "Entry", "Followed", "Form", "Picture", "Place", "Pressed", "Proofs", "Told"]
