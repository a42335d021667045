//! Reads spreadsheets as they come: any of xlsx, xls, ods, csv, SpreadsheetML, in any encoding, to a checked table.
