"""What the sandbox refuses, as its callers see it."""


class Refusal(Exception):
    """A request that is refused, with the status, a code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
