"""What the newsroom adds to the desk: the registers of authors, topics and series, and what pictures are made to."""

from __future__ import annotations

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from broadsheet.newsroom.models.pictures import Credited
from broadsheet.newsroom.viewsets import AuthorViewSet, SeriesViewSet, TopicViewSet

register_snippet(AuthorViewSet)
register_snippet(TopicViewSet)
register_snippet(SeriesViewSet)


@hooks.register("construct_main_menu")
def hide_snippets_menu(request: object, menu_items: list[object]) -> None:
    """Authors and topics have entries of their own; the generic one would show them twice."""
    menu_items[:] = [item for item in menu_items if getattr(item, "name", "") != "snippets"]


@hooks.register("register_image_operations")
def credit_pictures() -> list[tuple[str, type[Credited]]]:
    return [("credited", Credited)]
