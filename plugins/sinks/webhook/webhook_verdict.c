// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "webhook_verdict.h"

#include <string.h>
#include <strings.h>

#include "pt_number.h"
#include "pt_time.h"

#define MS_PER_S 1000
#define WAIT_MAX_S INT64_C(31536000) // a year; the host clamps further

pt_verdict webhook_verdict_of(int32_t status)
{
    if (status >= 200 && status <= 299) {
        return PT_VERDICT_ACCEPTED;
    }
    if (status == 410) {
        return PT_VERDICT_DISABLE;
    }
    if (status == 0 || status == 408 || status == 425 || status == 429 ||
        (status >= 500 && status <= 599)) {
        return PT_VERDICT_RETRY;
    }
    return PT_VERDICT_REJECTED;
}

// IMF-fixdate, the one form a sender may use: Sun, 06 Nov 1994 08:49:37 GMT.
static bool parse_date(const char *text, int64_t *us)
{
    static const char form[] = "%a, %d %b %Y %H:%M:%S GMT";
    struct pt_time_pattern pattern;
    char bad = 0;
    return pt_time_pattern_parse(&pattern, form, sizeof form - 1, &bad) &&
           pt_time_pattern_match(&pattern, (const uint8_t *)text, strlen(text), 0, us);
}

uint64_t webhook_verdict_wait(const char *retry_after, const char *date, int64_t now_ms)
{
    int64_t seconds = 0;
    int64_t until = 0;
    int64_t from = 0;
    if (retry_after == NULL) {
        return 0;
    }
    if (pt_number_i64((const uint8_t *)retry_after, strlen(retry_after), &seconds)) {
        if (seconds <= 0) {
            return 0;
        }
        return (uint64_t)(seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * MS_PER_S;
    }
    if (!parse_date(retry_after, &until)) {
        return 0;
    }
    if (date == NULL || !parse_date(date, &from)) {
        from = now_ms * 1000;
    }
    return until > from ? (uint64_t)(until - from) / 1000 : 0;
}

const char *webhook_verdict_header(const pt_http_response *response, const char *name)
{
    for (uint32_t i = 0; i < response->n_headers; i++) {
        if (strcasecmp(response->header_names[i], name) == 0) {
            return response->header_values[i];
        }
    }
    return NULL;
}
