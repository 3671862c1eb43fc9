"""Words of the newsroom for the desk's templates."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def newsroom_name() -> str:
    """The newsroom's name, for screens that belong to no page."""
    name: str = settings.BROADSHEET.name
    return name
