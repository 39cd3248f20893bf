"""The commands of `cvm`, grouped by what they serve; heavy imports stay inside the functions."""
