//! What the chip computes.
