// Code generated for the sweep. DO NOT EDIT.

package reg

var Names []string

func Add(s string) bool { Names = append(Names, s); return true }
