"""The version of this client, as its distribution says."""

from importlib.metadata import version

__version__ = version("memoir-client")
