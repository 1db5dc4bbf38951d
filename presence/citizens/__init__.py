"""Citizens without an account: signed links, brakes on forms, sending with confirmation by mail, requests for rooms."""
