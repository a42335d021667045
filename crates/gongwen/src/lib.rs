//! Reads a Chinese official document (公文): text to outline, targets, indicator tables and findings.
