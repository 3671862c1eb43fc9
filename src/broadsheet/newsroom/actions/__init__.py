"""What changes the newsroom's content; the desk's own editing goes through Wagtail."""
