"""A newspaper in Persian, in Urdu and in Hebrew, each with an author and two stories written in its language.

What is looked at is how each is set; the house's own words stay English there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from wagtail.models import Locale

from broadsheet.newsroom.actions.registers import create_author, create_section, create_topic
from broadsheet.newsroom.actions.stories import Draft, publish_page, write_story
from broadsheet.newsroom.models import FrontPage, Picture

BY = "test"


@dataclass(frozen=True, slots=True)
class Words:
    """What such an edition says."""

    paper: str
    section: str
    topic: str
    author: str
    role: str
    life: str
    headline: str
    standfirst: str
    caption: str
    paragraphs: tuple[str, str, str]
    heading: str
    quotation: str
    speaker: str
    points: tuple[str, str]
    second: str


FA = Words(
    paper="فانوس لارکن‌فورد",
    section="شهر",
    topic="رودخانه",
    author="مریم کاظمی",
    role="خبرنگار شهری",
    life="از سال ۱۳۹۸ جلسه‌های شورای شهر را دنبال می‌کند.",
    headline="شورای شهر هجده ماه پیش از ترک‌های پل خبر داشت",
    standfirst="مهندسان ترک‌ها را اندازه گرفته بودند؛ نامه‌ی آن‌ها در کشو ماند.",
    caption="پل قدیمی در سپیده‌دم.",
    paragraphs=(
        (
            "نخستین گزارش را سه مهندس در ۱۱ فوریه امضا کردند. در آن آمده "
            "بود که خاک زیر پایه‌ی شمالی پل نشست کرده "
            "و تعمیر آن دست‌کم ۱۲٫۵ میلیون دلار هزینه دارد."
        ),
        (
            "هیچ‌یک از اعضای شورا که با ما گفت‌وگو کردند این گزارش را ندیده "
            "بودند. مدیر شهر می‌گوید نامه «در مسیر اداری» "
            "مانده است، اما دفتر ثبت نامه‌ها چیز دیگری نشان می‌دهد."
        ),
        "شورا هفته‌ی آینده درباره‌ی بستن پل رأی می‌دهد. تا آن روز، اتوبوس‌های خط ۷ از پل زنجیری می‌گذرند.",
    ),
    heading="مهندسان چه یافتند",
    quotation="تا وضع زمین روشن نشده، باید دست نگه داریم.",
    speaker="رولف استر",
    points=("عمق ترک‌ها: ۴ سانتی‌متر", "طول نشست: ۱۱ متر (Weirside)"),
    second="چهارصد نفر که ساعت یازده شب به کتابخانه می‌روند",
)
UR = Words(
    paper="لارکن فورڈ کی لالٹین",
    section="شہر",
    topic="دریا",
    author="عائشہ صدیقی",
    role="شہری نامہ نگار",
    life="وہ ۲۰۱۹ سے بلدیہ کے ہر اجلاس میں موجود رہی ہیں۔",
    headline="کونسل کو پل کی دراڑوں کے بارے میں اٹھارہ ماہ پہلے خبردار کیا گیا تھا",
    standfirst="انجینئروں نے دراڑیں ناپ لی تھیں، مگر ان کا خط دراز میں پڑا رہا۔",
    caption="صبح کے وقت پرانا پل۔",
    paragraphs=(
        (
            "پہلی رپورٹ پر تین انجینئروں نے ۱۱ فروری کو دستخط کیے۔ اس میں لکھا "
            "تھا کہ پل کے شمالی ستون کے نیچے زمین بیٹھ رہی ہے "
            "اور مرمت پر کم از کم سوا کروڑ ڈالر خرچ ہوں گے۔"
        ),
        (
            "جن ارکان نے ہم سے بات کی ان میں سے کسی نے یہ رپورٹ نہیں دیکھی تھی۔ شہر "
            "کے منتظم کا کہنا ہے کہ خط ”دفتری راستے میں“ رہ گیا، "
            "لیکن ڈاک کا رجسٹر کچھ اور بتاتا ہے۔"
        ),
        "کونسل اگلے ہفتے پل بند کرنے پر رائے شماری کرے گی۔ تب تک ۷ نمبر کی بسیں زنجیری پل سے گزریں گی۔",
    ),
    heading="انجینئروں کو کیا ملا",
    quotation="جب تک زمین کی حالت واضح نہ ہو، ہمیں انتظار کرنا چاہیے۔",
    speaker="رولف ایسٹیر",
    points=("دراڑوں کی گہرائی: ۴ سینٹی میٹر", "متاثرہ لمبائی: ۱۱ میٹر (Weirside)"),
    second="رات گیارہ بجے کتب خانے کون جاتا ہے؟ چار سو لوگ",
)
HE = Words(
    paper="פנס לרקנפורד",
    section="העיר",
    topic="הנהר",
    author="נועה ברק",
    role="כתבת עירונית",
    life="מסקרת את מועצת העיר משנת 2019.",
    headline="המועצה הוזהרה מפני הסדקים בגשר שמונה־עשר חודשים קודם לכן",
    standfirst="המהנדסים מדדו את הסדקים. המכתב נשאר במגירה.",
    caption="הגשר הישן עם שחר.",
    paragraphs=(
        (
            "על הדו״ח הראשון חתמו שלושה מהנדסים ב־11 בפברואר. נכתב בו "
            "שהקרקע מתחת לעמוד הצפוני של הגשר שוקעת, "
            "ושהתיקון יעלה לפחות 12.5 מיליון דולר."
        ),
        (
            "איש מחברי המועצה שדיברו איתנו לא ראה את הדו״ח. מנכ״ל העירייה אומר שהמכתב נתקע ”בדרך“, "
            "אבל יומן הדואר מספר סיפור אחר."
        ),
        "בשבוע הבא תצביע המועצה על סגירת הגשר. עד אז יעברו אוטובוסים של קו 7 בגשר השלשלאות.",
    ),
    heading="מה מצאו המהנדסים",
    quotation="עלינו להמתין עד שמצב הקרקע יתברר.",
    speaker="רולף אסטר",
    points=("עומק הסדקים: 4 ס״מ", "אורך השקיעה: 11 מטר (Weirside)"),
    second="מי הולך לספרייה באחת־עשרה בלילה? ארבע מאות איש",
)
TONGUES = {"fa": FA, "ur": UR, "he": HE}


def edition(code: str, picture: Picture, now: dt.datetime) -> dict[str, str]:
    """The edition of a language; addresses of its pages by `<kind> <language>`."""
    words, locale = TONGUES[code], Locale.objects.get(language_code=code)
    front = FrontPage.objects.get(locale=locale)
    if code != "fa":  # the Persian front page leads with what is hostile
        front.title = words.paper
        front.save_revision().publish()
    named = {"locale": locale, "by": BY}
    author = create_author(name=words.author, role=words.role, biography=words.life, **named)
    topic = create_topic(name=words.topic, slug="river", **named)
    section = create_section(parent=front, title=words.section, slug="town", by=BY)
    paragraphs = [("paragraph", f"<p>{text}</p>") for text in words.paragraphs]
    quotation = {"text": words.quotation, "speaker": words.speaker, "role": words.role}
    body = [
        *paragraphs[:2],
        ("heading", {"text": words.heading, "level": "2"}),
        ("quotation", quotation),
        ("list", f"<ul><li>{'</li><li>'.join(words.points)}</li></ul>"),
        *paragraphs[2:],
    ]
    told = {"bylines": [author], "topics": [topic], "body": body}
    drafts = [
        Draft(headline=words.second, slug="library", **told),
        Draft(
            headline=words.headline,
            slug="bridge",
            standfirst=words.standfirst,
            picture=picture,
            picture_caption=words.caption,
            **told,
        ),
    ]
    for number, draft in enumerate(drafts):
        page = write_story(section=section, draft=draft, by=BY)
        publish_page(page=page, by=BY, first_published=now - dt.timedelta(days=20 - number))
    return {
        f"article {code}": str(page.address),
        f"front {code}": f"/{code}/",
        f"give {code}": f"/{code}/give/",
    }
