"""What members says, kept as our own replica: the unions and people a command may name.

Nothing is needed here beyond what every context keeps of members.
"""

from shared.replicas.members import REACTIONS, TABLES

__all__ = ["REACTIONS", "TABLES"]
