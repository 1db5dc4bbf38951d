"""Who can be reached, how, where, until when, and who stands in: from what people and their calendars say."""
