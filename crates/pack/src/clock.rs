//! Deadlines (办结时限): from a first day and a length to a last day, with the count that leads there. Nothing here reads a clock.
