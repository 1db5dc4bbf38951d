"""The same message twice: forwarded, shortened, typed again. Pure; what may be compared, the caller decides."""
