"""What the desk's templates need besides Wagtail's."""
