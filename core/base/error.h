// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Error detail: a code and a message in a slot the caller owns. This is the struct behind the
// ABI's opaque pt_error. Outer rooms prefix context, the inner text stays.
#ifndef PORTRAIT_BASE_ERROR_H
#define PORTRAIT_BASE_ERROR_H

#include <stdint.h>

#include <portrait/abi.h>

#define ERROR_MESSAGE_BYTES 1024

struct pt_error {
    pt_status code;
    uint8_t retryable;
    uint32_t line;    // 1-based, 0 = unknown
    uint32_t column;  // 1-based, 0 = unknown; for expressions: byte offset + 1 into the text
    uint32_t length;  // bytes the fault covers, 0 = unknown
    char option[128]; // option path such as with.path, "" = none
    char hint[128];   // what to do: "did you mean `x`?", "" = none
    char message[ERROR_MESSAGE_BYTES];
};

#define ERROR_INIT ((struct pt_error){0})

// Stores code and text and returns code. `err` may be NULL. The text is cut at a UTF-8 boundary.
pt_status error_set(struct pt_error *err, pt_status code, const char *format, ...) PT_PRINTF(3, 4);
// Puts "text: " before the message; returns err->code (PT_E_INTERNAL when err is NULL).
pt_status error_prefix(struct pt_error *err, const char *format, ...) PT_PRINTF(2, 3);
// As error_set for a failed system call: appends strerror(number).
pt_status error_system(struct pt_error *err, int number, const char *format, ...) PT_PRINTF(3, 4);
// Short name of a code ("out of memory"), never NULL.
const char *error_name(pt_status code);

// The only two macros of the error style: pass a failure on; fail with a message.
#define TRY(call)                                                                                  \
    do {                                                                                           \
        pt_status try_status_ = (call);                                                            \
        if (try_status_ != PT_OK) {                                                                \
            return try_status_;                                                                    \
        }                                                                                          \
    } while (0)
#define FAIL(err, code, ...) return error_set((err), (code), __VA_ARGS__)

#endif
