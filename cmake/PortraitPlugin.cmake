# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# portrait_add_plugin(KIND NAME SOURCES f.c... LIBS private...): a loadable module that exports one
# symbol and links against nothing of the host. KIND is sources, models or sinks. Also makes the
# object library portrait_<name>_objects, so that unit tests reach the plain-array code. Where
# PORTRAIT_PLUGIN_TEST_FOLDER is set, the plugin is one of the tests': built there, not installed.
function(portrait_add_plugin KIND NAME)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LIBS" ${ARGN})
  string(REPLACE "-" "_" ID ${NAME})
  add_library(portrait_${ID}_objects OBJECT ${PLUGIN_SOURCES})
  target_include_directories(portrait_${ID}_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(portrait_${ID}_objects PUBLIC portrait_sdk portrait_support
    PRIVATE portrait_flags ${PLUGIN_LIBS})
  set(FOLDER ${CMAKE_BINARY_DIR}/plugins)
  if(PORTRAIT_PLUGIN_TEST_FOLDER)
    set(FOLDER ${PORTRAIT_PLUGIN_TEST_FOLDER})
  endif()
  add_library(portrait_plugin_${ID} MODULE)
  target_link_libraries(portrait_plugin_${ID} PRIVATE portrait_${ID}_objects portrait_support
    portrait_flags ${PLUGIN_LIBS})
  set_target_properties(portrait_plugin_${ID} PROPERTIES
    PREFIX "" OUTPUT_NAME ${NAME} LINKER_LANGUAGE C
    LIBRARY_OUTPUT_DIRECTORY ${FOLDER}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/plugin.map)
  target_link_options(portrait_plugin_${ID} PRIVATE
    -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/plugin.map -Wl,--gc-sections)
  if(NOT PORTRAIT_SANITIZE)
    target_link_options(portrait_plugin_${ID} PRIVATE -Wl,--no-undefined)
  endif()
  if(NOT PORTRAIT_PLUGIN_TEST_FOLDER)
    install(TARGETS portrait_plugin_${ID}
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/portrait/plugins)
  endif()
endfunction()
