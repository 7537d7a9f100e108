// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sink that would load, in parts, so that each broken plugin shows nothing but its own fault.
#ifndef PORTRAIT_TEST_FAULTY_H
#define PORTRAIT_TEST_FAULTY_H

#include <portrait/plugin.h>
#include <portrait/sink.h>

static inline pt_status faulty_create(const pt_host *host, const void *config, void **self,
                                      pt_error *err)
{
    (void)host;
    (void)config;
    (void)err;
    *self = NULL;
    return PT_OK;
}

static inline void faulty_destroy(void *self)
{
    (void)self;
}

static inline pt_status faulty_begin(void *self, const pt_sink_job *job, pt_error *err)
{
    (void)self;
    (void)job;
    (void)err;
    return PT_OK;
}

static inline pt_status faulty_render(void *self, const struct ArrowArray *batch, pt_writer *writer,
                                      pt_error *err)
{
    (void)self;
    (void)batch;
    (void)writer;
    (void)err;
    return PT_OK;
}

static inline pt_status faulty_finish(void *self, pt_writer *writer, pt_error *err)
{
    (void)self;
    (void)writer;
    (void)err;
    return PT_OK;
}

#define FAULTY_SLOTS                                                                               \
    .create = faulty_create, .destroy = faulty_destroy, .begin = faulty_begin,                     \
    .render_file = faulty_render

#define FAULTY_VTABLE(variable)                                                                    \
    static const pt_sink_vtable variable = {                                                       \
        .struct_size = sizeof variable, FAULTY_SLOTS, .finish = faulty_finish}

#define FAULTY_COMPONENT(component_name)                                                           \
    .struct_size = sizeof(pt_component), .name = (component_name),                                 \
    .threads = PT_THREADS_SERIAL_INSTANCE

#define FAULTY_IDENTITY(plugin_name) .id = "faulty." plugin_name, .version = "1.0.0"

#define FAULTY_ENTRY(plugin, plugin_id)                                                            \
    PT_PLUGIN_NOTE(plugin_id, 0)                                                                   \
    PT_EXPORT const pt_plugin *portrait_plugin_v1(void);                                           \
    PT_EXPORT const pt_plugin *portrait_plugin_v1(void)                                            \
    {                                                                                              \
        return plugin;                                                                             \
    }

// A plugin of one component, all of it sound but for what the component says.
#define FAULTY_PLUGIN_OF(component, plugin_name)                                                   \
    static const pt_component *const faulty_components[] = {component};                            \
    static const pt_plugin faulty_plugin = {                                                       \
        .struct_size = sizeof faulty_plugin,                                                       \
        .abi_major = PT_ABI_MAJOR,                                                                 \
        .abi_minor = PT_ABI_MINOR,                                                                 \
        .n_components = 1,                                                                         \
        FAULTY_IDENTITY(plugin_name),                                                              \
        .components = faulty_components,                                                           \
    };                                                                                             \
    FAULTY_ENTRY(&faulty_plugin, "faulty." plugin_name)

#endif
