"""The directory (OpenLDAP or Active Directory): sign-in, sync of people and rights, and a check of its settings."""
