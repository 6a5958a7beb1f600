"""The message about a drop: what a channel, a mail or a pull request is told."""

from generator.digest.forms import FORMS, digest_text
from generator.digest.reading import Digest, read_digest

__all__ = ["FORMS", "Digest", "digest_text", "read_digest"]
