"""The one error of this package."""


class EmbeddedError(Exception):
    """A server could not do what was asked; the message says what, where and what is true."""
