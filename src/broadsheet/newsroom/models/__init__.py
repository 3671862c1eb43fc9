"""What the newsroom keeps: people, topics, pictures, pages and stories."""

from broadsheet.newsroom.models.article import Article, Byline, RelatedStory
from broadsheet.newsroom.models.pages import FrontPage, SectionPage, StaticPage
from broadsheet.newsroom.models.people import Author, Series, Topic
from broadsheet.newsroom.models.pictures import Download, Picture, PictureRendition, ShareCardFile
from broadsheet.newsroom.models.reading import DailyReading, HourlyReading, ReadingIntake
from broadsheet.newsroom.models.searching import SearchEntry, SearchMark, SearchWord

__all__ = [
    "Article",
    "Author",
    "Byline",
    "DailyReading",
    "Download",
    "FrontPage",
    "HourlyReading",
    "Picture",
    "PictureRendition",
    "ReadingIntake",
    "RelatedStory",
    "SearchEntry",
    "SearchMark",
    "SearchWord",
    "SectionPage",
    "Series",
    "ShareCardFile",
    "StaticPage",
    "Topic",
]
