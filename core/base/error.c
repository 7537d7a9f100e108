// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void cut_utf8(char *text)
{
    size_t n = strlen(text);
    size_t start = n;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (n - (start - 1) < need) {
        text[start - 1] = '\0';
    }
}

static void PT_PRINTF(2, 0) format_message(struct pt_error *err, const char *format, va_list args)
{
    int n = vsnprintf(err->message, sizeof err->message, format, args);
    if (n < 0) {
        err->message[0] = '\0';
    }
    if (n >= (int)sizeof err->message) {
        cut_utf8(err->message);
    }
}

pt_status error_set(struct pt_error *err, pt_status code, const char *format, ...)
{
    if (err == NULL) {
        return code;
    }
    memset(err, 0, sizeof *err);
    err->code = code;
    va_list args;
    va_start(args, format);
    format_message(err, format, args);
    va_end(args);
    return code;
}

pt_status error_prefix(struct pt_error *err, const char *format, ...)
{
    if (err == NULL) {
        return PT_E_INTERNAL;
    }
    char inner[ERROR_MESSAGE_BYTES];
    memcpy(inner, err->message, sizeof inner);
    va_list args;
    va_start(args, format);
    format_message(err, format, args);
    va_end(args);
    size_t n = strlen(err->message);
    snprintf(err->message + n, sizeof err->message - n, ": %s", inner);
    cut_utf8(err->message);
    return err->code;
}

pt_status error_system(struct pt_error *err, int number, const char *format, ...)
{
    if (err == NULL) {
        return PT_E_IO;
    }
    memset(err, 0, sizeof *err);
    err->code = PT_E_IO;
    va_list args;
    va_start(args, format);
    format_message(err, format, args);
    va_end(args);
    char reason[128] = "";
    const char *text = strerror_r(number, reason, sizeof reason);
    size_t n = strlen(err->message);
    snprintf(err->message + n, sizeof err->message - n, ": %s", text);
    cut_utf8(err->message);
    return err->code;
}

const char *error_name(pt_status code)
{
    static const char *const names[] = {
        "ok",           "invalid argument", "bad configuration", "bad data",
        "input/output", "no memory",        "not found",         "unsupported",
        "out of order", "limit exceeded",   "cancelled",         "network",
        "denied",       "no finite answer", "internal error",
    };
    if (code < 0 || (size_t)code >= sizeof names / sizeof names[0]) {
        return "unknown error";
    }
    return names[code];
}
