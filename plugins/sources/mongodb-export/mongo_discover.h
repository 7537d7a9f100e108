// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Discovery: layout, columns and types from the starts of the files.
#ifndef MONGO_DISCOVER_H
#define MONGO_DISCOVER_H

#include <portrait/source.h>

#include "mongo_config.h"

pt_status mongo_discover(const pt_host *host, const struct mongo_config *config,
                         const pt_discovery *out, pt_error *err);

#endif
