//! Statistical methods with the standard or paper each one implements.
