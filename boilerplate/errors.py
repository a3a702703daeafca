"""Every error that the library raises on purpose."""


class BoilerplateError(Exception):
    """The root of every error that the library raises on purpose."""


class PageError(BoilerplateError):
    """A page that cannot be read: of a wrong type, empty, binary or too large."""


class ModelError(BoilerplateError):
    """A model that cannot be loaded, or that does not fit what it is asked to do."""


class ParameterError(BoilerplateError, ValueError):
    """An argument that there is not, or that is out of range.

    It is a `ValueError`, too, as scikit-learn expects.
    """


class LabelError(BoilerplateError):
    """Labelled data that cannot be read or that does not fit its page."""


class SourceError(BoilerplateError):
    """An input that cannot be read or an output that cannot be written as was asked."""
