//! The types that fields have.

/// A field's type, as a describe calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Id,
    String,
    TextArea,
    Picklist,
    Email,
    Phone,
    Url,
    Reference,
    Boolean,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    DateTime,
}

impl Kind {
    /// The name in a describe, and in the vendor's error messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::String => "string",
            Self::TextArea => "textarea",
            Self::Picklist => "picklist",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Reference => "reference",
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Double => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::DateTime => "datetime",
        }
    }

    /// Whether values are kept as text of the vendor's.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::String | Self::TextArea | Self::Picklist | Self::Email | Self::Phone | Self::Url)
    }

    /// Whether values are record ids.
    pub(crate) fn is_id(self) -> bool {
        matches!(self, Self::Id | Self::Reference)
    }

    /// Whether values are numbers with a fraction.
    pub(crate) fn is_fraction(self) -> bool {
        matches!(self, Self::Double | Self::Currency | Self::Percent)
    }
}
