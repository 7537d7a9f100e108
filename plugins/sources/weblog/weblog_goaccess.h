// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// GoAccess' log-format, date-format and time-format (https://goaccess.io/man#custom-log) as a
// format text of ours.
#ifndef WEBLOG_GOACCESS_H
#define WEBLOG_GOACCESS_H

#include "weblog_format.h"

#define WEBLOG_GOACCESS_MAX 1024u // bytes of the format text that comes out, with its end

struct weblog_goaccess {
    const char *log_format;
    const char *date_format; // NULL = not given
    const char *time_format; // NULL = not given
};

// False: see fault, whose text names the option at fault first ("date_format: ...").
bool weblog_goaccess_translate(const struct weblog_goaccess *in, char out[WEBLOG_GOACCESS_MAX],
                               struct weblog_fault *fault);

#endif
