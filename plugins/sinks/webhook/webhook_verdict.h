// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What an answer means for a delivery, and how long to wait (RFC 9110 section 10.2.3).
#ifndef WEBHOOK_VERDICT_H
#define WEBHOOK_VERDICT_H

#include <portrait/sink.h>

// 2xx accepted; 410 the destination is gone; 408, 425, 429, 5xx and no answer again; all else no.
pt_verdict webhook_verdict_of(int32_t status);
// Milliseconds of a Retry-After value: seconds, or an HTTP date counted from `date` (the answer's
// own Date, NULL = from now_ms). 0 when it says nothing usable.
uint64_t webhook_verdict_wait(const char *retry_after, const char *date, int64_t now_ms);
// The value of a header, any case; NULL when there is none.
const char *webhook_verdict_header(const pt_http_response *response, const char *name);

#endif
