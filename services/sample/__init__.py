"""Simulated lives of mentoring relationships: the sample organisation's, and as many as a measurement wants.

- lives: the way in; the same seed and moment give the same facts, most written down on time and some late
- cast, plots, programmes: who meets whom and how it goes, as far as it is decided beforehand
- beginning, work, ending, lateness: the acts of one life; diary: where its facts are written
- names, people, texts, dice: what all of it is made of
"""
