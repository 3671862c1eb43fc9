"""Addresses that the newsroom answers itself; its other pages belong to the edition."""

from django.urls import path

from broadsheet.newsroom.views import search

app_name = "newsroom"

urlpatterns = [path("search/", search, name="story-search")]
