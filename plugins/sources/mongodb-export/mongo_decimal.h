// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// 128-bit decimals as Extended JSON writes them: checked, and in their one canonical text (IEEE
// 754-2008 decimal128; text form of https://github.com/mongodb/specifications
// source/bson-decimal128/decimal128.md).
#ifndef MONGO_DECIMAL_H
#define MONGO_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#define MONGO_DECIMAL_DIGITS 34
#define MONGO_DECIMAL_TEXT 48 // bytes of the longest canonical text

enum mongo_decimal_class { MONGO_DECIMAL_FINITE = 0, MONGO_DECIMAL_INFINITE, MONGO_DECIMAL_NAN };

struct mongo_decimal {
    enum mongo_decimal_class class;
    bool is_negative;
    uint8_t digits[MONGO_DECIMAL_DIGITS]; // 0..9, the first is not 0 unless it is the only one
    int32_t n_digits;                     // at least 1
    int32_t exponent;                     // of the last digit
};

// False: not a decimal, or one that 34 digits and exponents -6176..6111 cannot hold exactly.
bool mongo_decimal_read(const uint8_t *p, uint64_t n, struct mongo_decimal *out);
// From the two halves of its 128 bits, coefficient as a binary integer, as BSON has it.
// Coefficients of more than 34 digits are 0.
void mongo_decimal_bits(uint64_t high, uint64_t low, struct mongo_decimal *out);
// Returns the bytes written.
uint32_t mongo_decimal_text(const struct mongo_decimal *d, char out[MONGO_DECIMAL_TEXT]);

#endif
