"""The post of the demo city: invented letters, invoices, scans and mails with their truth."""
