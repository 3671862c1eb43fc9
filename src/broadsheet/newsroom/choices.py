"""What a story can be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoryKind(models.TextChoices):
    """The kind of a story decides how it is set and, where a reader must know, what it is called."""

    NEWS = "news", _("News")
    ANALYSIS = "analysis", _("Analysis")
    OPINION = "opinion", _("Opinion")
    FEATURE = "feature", _("Feature")
    INTERVIEW = "interview", _("Interview")
    PICTURES = "pictures", _("In pictures")

    @property
    def is_told(self) -> bool:
        """Whether readers are told the kind: news and features speak for themselves."""
        return self not in (StoryKind.NEWS, StoryKind.FEATURE)
