//! Scanning many accounts with several scanners at once, in the world in memory.
