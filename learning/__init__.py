"""Training catalogue, sign-up, records and certificates. Not furnished yet."""
