"""What can go wrong in the newsroom; every message is safe to show and says how to mend it."""


class NewsroomError(Exception):
    """Base of the errors of this app."""


class AlreadyFounded(NewsroomError):
    """The newsroom has its front page already."""


class BadPicture(NewsroomError):
    """The file is no picture we can read."""
