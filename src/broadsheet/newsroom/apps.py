"""Django's registration of the newsroom, and what of it is public."""

from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "broadsheet.newsroom"
    verbose_name = "Newsroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from broadsheet.kit.public import regard_as_ambient, watch
        from broadsheet.newsroom import models
        from broadsheet.newsroom.queries import memberships as lists

        watch(models.Article, lists=lists.article_memberships)
        watch(models.SectionPage, lists=lists.section_memberships, dependants=lists.pages_below)
        watch(models.StaticPage, lists=lists.static_memberships, dependants=lists.pages_below)
        watch(models.FrontPage, lists=lists.front_memberships, dependants=lists.pages_below)
        for register in (models.Author, models.Topic, models.Picture, models.Download):
            watch(register)
        regard_as_ambient(
            "newsroom.byline",
            "newsroom.picturerendition",
            "wagtailcore.locale",
            "wagtailcore.site",
            "wagtailcore.revision",
            "contenttypes.contenttype",
        )
