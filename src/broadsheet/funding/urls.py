"""Addresses that funding answers itself; its other pages belong to the edition."""

from django.urls import path

from broadsheet.funding.views import entering, erasing, room
from broadsheet.funding.views.confirm import confirm
from broadsheet.funding.views.pledges import look_after
from broadsheet.funding.views.statements import download, read
from broadsheet.funding.views.thanks import thanks
from broadsheet.funding.views.updates import stop
from broadsheet.funding.views.webhooks import events

app_name = "funding"

urlpatterns = [
    path("account/", room.room, name="account"),
    path("account/code/", entering.code, name="account-code"),
    path("account/enter/<slug:key>/<slug:signature>/", entering.link, name="account-link"),
    path("account/data/", room.data, name="account-data"),
    path("account/erase/", erasing.erase, name="account-erase"),
    path("account/pledge/<slug:key>/", room.room_pledge, name="account-pledge"),
    path("give/confirm/", confirm, name="gift-confirm"),
    path("give/thanks/<slug:reference>/", thanks, name="gift-thanks"),
    path("give/pledge/<slug:key>/<slug:signature>/", look_after, name="pledge"),
    path("give/statement/<slug:key>/<slug:signature>/", read, name="statement"),
    path(
        "give/statement/<slug:key>/<slug:signature>/statement.pdf", download, name="statement-pdf"
    ),
    path("give/updates/<slug:key>/<slug:signature>/", stop, name="updates-stop"),
    path("processors/<slug:account>/events/", events, name="processor-events"),
]
