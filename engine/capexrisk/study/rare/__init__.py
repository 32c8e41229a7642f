"""The probability of a rare failure, by importance sampling or splitting."""
