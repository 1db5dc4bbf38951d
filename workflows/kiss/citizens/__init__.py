"""Anliegen as citizens meet them: reported without an account, followed by a link, published by a person."""
