"""The organisation as it stands on a day: offices, people, memberships, roles, opened protection classes."""
