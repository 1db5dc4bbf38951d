"""Desks and rooms: floors with plans, bookings that can't collide, check-in, the city's precedence, fees, feeds."""
