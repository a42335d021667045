//! The plan pack (方案包): record kinds, indicators, bodies and areas of one county, compiled and checked.
