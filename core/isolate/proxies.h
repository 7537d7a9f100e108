// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sources and sinks as the rest of the host sees them, each call forwarded to a child. Private to
// core/isolate.
#ifndef PORTRAIT_ISOLATE_PROXIES_H
#define PORTRAIT_ISOLATE_PROXIES_H

#include <portrait/sink.h>
#include <portrait/source.h>

#include "registry.h"

const pt_source_vtable *source_proxy_vtable(void);
pt_status source_proxy_create(const struct component_info *component, const pt_host *host,
                              const void *config, void **self, struct pt_error *err);
const pt_sink_vtable *sink_proxy_vtable(bool is_delivery);
pt_status sink_proxy_create(const struct component_info *component, const pt_host *host,
                            const void *config, void **self, struct pt_error *err);

#endif
