"""How browsers and programs can search an edition, as OpenSearch 1.1 (draft 6)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from lxml import etree

from broadsheet.kit.public import Document
from broadsheet.newsroom.queries import editions
from broadsheet.theme.filters import absolute, plain, without_unspeakable

SPACE = "http://a9.com/-/spec/opensearch/1.1/"
MEDIA_TYPE = "application/opensearchdescription+xml"
LONGEST_NAME = 16
"""Characters of a ShortName, by the specification."""


def opensearch_path(prefix: str) -> str:
    """Where the description of an edition lies."""
    return f"{prefix}/search/opensearch.xml"


def opensearch_document(code: str) -> Document | None:
    """The description of a language's search; None where it has no live front page."""
    plate = editions.plate(code)
    if plate is None:
        return None
    root = etree.Element("OpenSearchDescription", nsmap={None: SPACE})
    with translation.override(code):
        name = without_unspeakable(plain(plate.name))
        searches = _("Search the stories of %(name)s") % {"name": name}
    for element, text in (
        ("ShortName", name[:LONGEST_NAME].strip()),
        ("LongName", name[:48].strip()),
        ("Description", searches[:1024]),
        ("Language", code),
        ("InputEncoding", "UTF-8"),
    ):
        etree.SubElement(root, element).text = text
    address = f"{absolute(f'{plate.prefix}/search/')}?q={{searchTerms}}"
    etree.SubElement(root, "Url", type="text/html", template=address)
    etree.SubElement(root, "Image", type="image/svg+xml").text = absolute("/assets/icon.svg")
    body = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Document(opensearch_path(plate.prefix), body, MEDIA_TYPE)
