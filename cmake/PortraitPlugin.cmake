# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# portrait_add_plugin(KIND NAME SOURCES f.c... LIBS private...): a loadable module that exports one
# symbol and links against nothing of the host. KIND is sources, models or sinks. Also makes the
# object library portrait_<name>_objects, so that unit tests reach the plain code. Used in
# Portrait's own tree and, through find_package(Portrait), by everybody else. The module lies in
# plugins/ of the build folder, unless PORTRAIT_PLUGIN_TEST_FOLDER is set: then it is one of the
# tests', built there and not installed.
include(GNUInstallDirs)

function(portrait_add_plugin KIND NAME)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LIBS" ${ARGN})
  string(REPLACE "-" "_" ID ${NAME})
  set(LANGUAGE C)
  if(PLUGIN_SOURCES MATCHES "\\.(cc|cpp|cxx)(;|$)")
    set(LANGUAGE CXX)
  endif()
  set(MAP ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  add_library(portrait_${ID}_objects OBJECT ${PLUGIN_SOURCES})
  set_target_properties(portrait_${ID}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
  target_include_directories(portrait_${ID}_objects PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(portrait_${ID}_objects PUBLIC Portrait::sdk Portrait::support
    PRIVATE ${PLUGIN_LIBS})
  set(FOLDER ${CMAKE_BINARY_DIR}/plugins)
  if(PORTRAIT_PLUGIN_TEST_FOLDER)
    set(FOLDER ${PORTRAIT_PLUGIN_TEST_FOLDER})
  endif()
  add_library(portrait_plugin_${ID} MODULE)
  target_link_libraries(portrait_plugin_${ID} PRIVATE portrait_${ID}_objects Portrait::support
    ${PLUGIN_LIBS})
  set_target_properties(portrait_plugin_${ID} PROPERTIES
    PREFIX "" OUTPUT_NAME ${NAME} LINKER_LANGUAGE ${LANGUAGE}
    LIBRARY_OUTPUT_DIRECTORY ${FOLDER}
    LINK_DEPENDS ${MAP})
  target_link_options(portrait_plugin_${ID} PRIVATE
    -Wl,--version-script=${MAP} -Wl,--gc-sections)
  if(NOT PORTRAIT_SANITIZE)
    target_link_options(portrait_plugin_${ID} PRIVATE -Wl,--no-undefined)
  endif()
  if(TARGET portrait_flags)
    target_link_libraries(portrait_${ID}_objects PRIVATE portrait_flags)
    target_link_libraries(portrait_plugin_${ID} PRIVATE portrait_flags)
  endif()
  if(NOT PORTRAIT_PLUGIN_TEST_FOLDER)
    install(TARGETS portrait_plugin_${ID}
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/portrait/plugins)
  endif()
endfunction()
