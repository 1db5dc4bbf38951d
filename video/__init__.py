"""Video consultations. Not furnished yet."""
