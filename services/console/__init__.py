"""The pages for people, server-rendered: programmes, a programme's relationships, one relationship replayed, a person.

- blueprint: the way in; signing: who is signed in; errors: pages instead of problems; rendering: what templates share
- programmes, programme, relationship, person: a page each, what it shows in one value and its route
- replaying: a relationship at a date, and the way from event to event; strip: the same as a picture; dates: reading
"""
