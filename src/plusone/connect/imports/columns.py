"""Which column of a file is what: by its name in English, Spanish or French, or as somebody says."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .files import Line, Unreadable

IGNORED = "-"
SAMPLE = 200  # lines from which is told what a column holds

# The names under which each field is known, best first, folded as `_fold` does.
CLIENT_FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "external id", "n client", "external client id", "member number", "user id", "barcode id", "rssid", "unique id",
        "client id", "customer id", "member id", "id externo", "id cliente", "id del cliente", "numero de cliente",
        "num cliente", "no cliente", "codigo de cliente", "codigo cliente", "id socio", "numero de socio",
        "identifiant externe", "id client", "identifiant client", "numero client", "numero de client", "code client",
        "numero adherent", "client", "customer", "member", "cliente", "socio", "adherent", "identificador",
        "identifiant", "id",
    ),
    "first_name": (
        "first name", "firstname", "given name", "forename", "nombre", "nombre de pila", "prenom", "prenoms",
        "vorname",
    ),
    "last_name": (
        "last name", "lastname", "name last", "surname", "family name", "apellidos", "apellido", "primer apellido",
        "nom de famille", "nom", "nachname",
    ),
    "name": (
        "full name", "fullname", "name", "client name", "customer name", "member name", "display name",
        "nombre y apellidos del cliente", "nombre completo", "nombre y apellidos", "nombre y apellido",
        "nombre cliente", "nombre del cliente", "nom complet", "nom et prenom", "nom prenom", "prenom nom",
        "prenom et nom", "nom du client",
    ),
    "email": (
        "email", "e mail", "email address", "e mail address", "mail", "client email", "customer email",
        "member email", "primary email", "email del cliente", "correo del cliente", "email du client", "correo",
        "correo electronico", "direccion de correo", "direccion de correo electronico", "courriel", "adresse email",
        "adresse e mail", "adresse mail", "adresse electronique",
    ),
    "phone": (
        "phone", "phone number", "mobile", "mobile phone", "mobile number", "cell", "cell phone", "mobilephone",
        "phonenumber", "phone 1", "primary phone", "home phone", "homephone", "telefono 1", "tel portable",
        "telephone mobile", "work phone", "workphone", "telephone", "telefono", "telefono movil", "movil", "celular",
        "numero de telefono", "telephone portable", "portable", "numero de telephone", "tel", "tlf", "whatsapp",
    ),
    "tags": (
        "tags", "tag", "labels", "label", "customer tags", "client tags", "member tags", "groups", "etiquetas",
        "etiqueta", "etiquetas del cliente", "grupos", "etiquettes", "etiquette", "etiquettes du client", "libelles",
        "groupes",
    ),
    "status": (
        "status", "client status", "customer status", "member status", "state", "client type", "active", "is active",
        "estado", "estado del cliente", "activo", "statut", "statut du client", "etat", "actif",
    ),
    "created_at": (
        "created at", "created", "creation date", "creationdate", "created on", "date created", "date added",
        "added on", "first seen", "first visit", "first visit date", "date", "joined", "joined at", "join date",
        "date joined", "member since", "client since", "customer since", "since", "registered", "registered at",
        "registration date", "signup date", "sign up date", "start date", "fecha de alta", "fecha alta", "alta",
        "fecha de registro", "fecha registro", "cliente desde", "fecha", "fecha de inscripcion", "date d inscription",
        "date inscription", "inscription", "inscrit le", "cree le", "date de creation", "client depuis",
        "membre depuis",
    ),
    "referred_by": (
        "referred by", "referrer", "referredby", "referral", "referral source client", "invited by", "referer",
        "recommended by", "brought by", "ambassador", "recomendado por", "recomienda", "referido por", "invitado por",
        "embajador", "embajadora", "viene de parte de", "recommande par", "parraine par", "parrain", "marraine",
        "ambassadeur", "ambassadrice", "invite par",
    ),
    "language": (
        "language", "lang", "preferred language", "locale", "idioma", "lengua", "langue",
    ),
    "opening_balance": (
        "opening balance", "account balance", "accountbalance", "balance", "credit balance", "account credit",
        "store credit", "credit", "credits balance", "money credits", "wallet", "wallet balance", "saldo inicial",
        "saldo", "saldo a favor", "saldo de la cuenta", "credito", "monedero", "solde initial", "solde",
        "solde du compte", "credit du compte", "avoir", "cagnotte",
    ),
}  # fmt: skip

# What people call the fields.
CLIENT_LABELS = {
    "external_id": gettext_lazy("Id in the other program"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "name": gettext_lazy("Whole name"),
    "email": gettext_lazy("E-mail address"),
    "phone": gettext_lazy("Phone"),
    "tags": gettext_lazy("Tags"),
    "status": gettext_lazy("Status"),
    "created_at": gettext_lazy("Client since"),
    "referred_by": gettext_lazy("Referred by"),
    "language": gettext_lazy("Language"),
    "opening_balance": gettext_lazy("Opening balance"),
}

ORDER_FIELDS: dict[str, tuple[str, ...]] = {
    "order_id": (
        "order id", "order number", "order no", "order", "invoice", "invoice number", "receipt", "receipt number",
        "sale id", "transaction id", "id pedido", "numero de pedido", "pedido", "factura", "numero de factura",
        "ticket", "recibo", "venta", "id venta", "id commande", "numero de commande", "commande", "facture",
        "numero de facture", "recu", "vente", "external id", "n client", "id externo", "id",
    ),
    "customer": (
        "customer", "customer id", "client", "client id", "member", "member id", "customer email", "client email",
        "cliente", "id cliente", "id del cliente", "numero de cliente", "codigo cliente", "socio", "id socio",
        "id client", "identifiant client", "numero client", "code client", "adherent", "email", "e mail",
        "email address", "correo", "correo electronico", "courriel", "adresse email", "adresse e mail",
    ),
    "date": (
        "date", "paid at", "paid on", "payment date", "order date", "purchase date", "sale date", "created at", "day",
        "fecha", "fecha de pago", "fecha pago", "fecha de compra", "fecha de venta", "fecha pedido", "pagado el",
        "dia", "date de paiement", "date paiement", "date d achat", "date de vente", "date de commande", "paye le",
        "jour",
    ),
    "amount": (
        "amount", "amount paid", "paid", "total", "total paid", "price", "value", "sum", "importe", "importe total",
        "importe pagado", "pagado", "cantidad pagada", "precio", "monto", "valor", "montant", "montant paye",
        "montant total", "montant ttc", "prix", "somme", "dollar value",
    ),
    "quantity": (
        "quantity", "qty", "number", "count", "units", "pieces", "cantidad", "unidades", "uds", "quantite", "nombre",
        "qte", "number of cds",
    ),
    "product": (
        "product", "product name", "item", "description", "article", "service", "producto", "nombre del producto",
        "articulo", "concepto", "descripcion", "servicio", "produit", "nom du produit", "designation", "libelle",
        "prestation",
    ),
}  # fmt: skip


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("º", "").replace("°", ""))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


_KNOWN = frozenset(name for known in (CLIENT_FIELDS, ORDER_FIELDS) for names in known.values() for name in names) | {
    field.replace("_", " ") for field in (*CLIENT_FIELDS, *ORDER_FIELDS)
}


def is_header(cells: Sequence[str]) -> bool:
    """Say whether a row has the names of columns: two that we know, or more."""
    return len({_fold(cell) for cell in cells} & _KNOWN) >= 2


def find_columns(
    header: Sequence[str], known: Mapping[str, tuple[str, ...]], said: Mapping[str, str], *, strict: bool = True
) -> tuple[dict[str, int], list[str]]:
    """Return the place of each field that is there, and the names of the columns that nothing uses.

    `said` maps names of columns to names of fields (or to "-": leave out) and goes before what the names tell. Raise
    Unreadable for a column or field that there is not, or two that claim the same; not `strict`, the first one has it.
    """
    folded = [_fold(name) for name in header]
    places: dict[str, int] = {}
    taken: set[int] = set()
    for column, field in said.items():
        place = _place(header, folded, column)
        if field != IGNORED and field not in known:
            raise Unreadable(
                _("There is no field “%(field)s”. Fields are: %(fields)s.")
                % {"field": field, "fields": ", ".join(known)}
            )
        taken.add(place)
        if field != IGNORED and places.setdefault(field, place) != place:
            raise Unreadable(_("Two columns were given for “%(field)s”.") % {"field": field})
    for field, names in known.items():
        if field in places:
            continue
        for name in (field.replace("_", " "), *names):
            found = [place for place, column in enumerate(folded) if column == name and place not in taken]
            if len(found) > 1 and strict:
                raise Unreadable(
                    _("Two columns are called “%(name)s”. Give one of them another name.") % {"name": header[found[0]]}
                )
            if found:
                places[field] = found[0]
                taken.add(found[0])
                break
    return places, [name for place, name in enumerate(header) if place not in taken and name]


def client_columns(
    header: Sequence[str], said: Mapping[str, str], *, strict: bool = True
) -> tuple[dict[str, int], list[str]]:
    """Return what `find_columns` does for a file of clients; a last name that stands alone is the whole name."""
    places, unused = find_columns(header, CLIENT_FIELDS, said, strict=strict)
    if "first_name" not in places and "name" not in places and "last_name" in places:
        places["name"] = places.pop("last_name")
    return places, unused


def with_whole_names(
    places: dict[str, int], lines: Iterable[Line], said: Collection[str] = (), *, most: int = SAMPLE
) -> dict[str, int]:
    """Return the places with a first name that is a whole one under its own name: “nombre” holds “Ana López” in most
    lines, and no column has last names. What was `said` of the columns stays."""
    if "first_name" not in places or {"last_name", "name"} & places.keys() or "first_name" in said:
        return places
    place = places["first_name"]
    cells = [line.cells[place].strip() for line in islice(lines, most) if place < len(line.cells)]
    filled = [cell for cell in cells if cell]
    if 2 * sum(" " in cell for cell in filled) <= len(filled):
        return places
    return {"name" if field == "first_name" else field: at for field, at in places.items()}


def _place(header: Sequence[str], folded: Sequence[str], column: str) -> int:
    for names, wanted in ((header, column.strip()), (folded, _fold(column))):
        found = [place for place, name in enumerate(names) if name == wanted]
        if len(found) == 1:
            return found[0]
    raise Unreadable(
        _("The file has no column “%(column)s”. Its columns are: %(columns)s.")
        % {"column": column, "columns": ", ".join(header)}
    )


def missing(header: Sequence[str], field: str) -> Unreadable:
    """Return the refusal for a file without a column that it needs."""
    return Unreadable(
        _("The file has no column for “%(field)s”. Its columns are: %(columns)s. Say which one it is.")
        % {"columns": ", ".join(header), "field": field}
    )
